package io.petacore.it.etcd;

import org.testcontainers.containers.GenericContainer;

/** A server in a container, which is removed when the server is killed. */
final class ServerContainer implements RunningServer {

  private final GenericContainer<?> container;
  private boolean paused;

  ServerContainer(GenericContainer<?> container) {
    this.container = container;
  }

  @Override
  public synchronized boolean isAlive() {
    return container.isRunning();
  }

  @Override
  public synchronized void kill() {
    if (container.isRunning()) {
      resume();
      container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
    }
    container.stop();
  }

  @Override
  public synchronized void pause() {
    container.getDockerClient().pauseContainerCmd(container.getContainerId()).exec();
    paused = true;
  }

  @Override
  public synchronized void resume() {
    if (paused) {
      container.getDockerClient().unpauseContainerCmd(container.getContainerId()).exec();
      paused = false;
    }
  }
}
