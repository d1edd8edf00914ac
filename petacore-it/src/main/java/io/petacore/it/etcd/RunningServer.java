package io.petacore.it.etcd;

/** One life of an etcd server, from its start to its end. */
interface RunningServer {

  boolean isAlive();

  /** Ends it as a power cut would, and returns when it has ended. Harmless after its end. */
  void kill();

  /** Stops it in the middle of whatever it does; its connections stay. */
  void pause();

  /** Lets it go on. */
  void resume();
}
