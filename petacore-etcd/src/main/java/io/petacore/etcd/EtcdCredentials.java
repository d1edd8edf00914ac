package io.petacore.etcd;

import java.util.Objects;

/**
 * The name and password of an etcd user.
 *
 * @param user the name of the user; never null
 * @param password in plain text; never null
 */
public record EtcdCredentials(String user, String password) {

  /**
   * Creates credentials.
   *
   * @param user the name of the user
   * @param password in plain text
   * @throws NullPointerException if either is null
   */
  public EtcdCredentials {
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
  }

  /** {@return the name without the password} */
  @Override
  public String toString() {
    return user;
  }
}
