package io.petacore.it.etcd;

/** Somebody else took a port between our look and etcd's own: try other ones. */
final class PortTakenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PortTakenException(String message) {
    super(message);
  }
}
