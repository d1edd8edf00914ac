package io.petacore.it.etcd;

/** A running etcd server. */
interface RunningServer {

  boolean isAlive();

  /** Kills the server and waits for its end; does nothing if it has ended. */
  void kill();

  /** Suspends the server; its connections stay open. */
  void pause();

  /** Resumes the server. */
  void resume();
}
