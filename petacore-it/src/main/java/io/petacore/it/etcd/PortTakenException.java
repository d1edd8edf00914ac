package io.petacore.it.etcd;

/** A port was taken after it was found free; retry with other ports. */
final class PortTakenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PortTakenException(String message) {
    super(message);
  }
}
