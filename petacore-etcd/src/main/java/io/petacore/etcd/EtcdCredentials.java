package io.petacore.etcd;

import java.util.Objects;

/**
 * The name and password of an etcd user.
 *
 * @param user the name of the user
 * @param password in plain text
 */
public record EtcdCredentials(String user, String password) {

  public EtcdCredentials {
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
  }

  /** Returns the name without the password. */
  @Override
  public String toString() {
    return user;
  }
}
