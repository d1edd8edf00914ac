package io.petacore.etcd;

import java.util.Objects;

/**
 * A user of etcd, with the password.
 *
 * @param user the name
 * @param password in plain text
 */
public record EtcdCredentials(String user, String password) {

  public EtcdCredentials {
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
  }

  /** The name, without the password. */
  @Override
  public String toString() {
    return user;
  }
}
