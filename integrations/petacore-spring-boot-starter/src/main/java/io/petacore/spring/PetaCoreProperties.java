package io.petacore.spring;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;

/** The properties of the starter. To be used by one thread. */
@ConfigurationProperties("petacore")
public class PetaCoreProperties {

  /** The store to commit to. */
  public enum StoreType {
    /** An etcd cluster. */
    ETCD,
    /** A store in memory, for tests: nothing outlives the application. */
    EMBEDDED
  }

  /** Whether storages are opened. */
  private boolean enabled = true;

  /** Store that the storages commit to. */
  private StoreType store = StoreType.ETCD;

  private final Etcd etcd = new Etcd();
  private final Health health = new Health();

  /** The only storage, unless petacore.storages names several. */
  @NestedConfigurationProperty private final StorageProperties storage = new StorageProperties();

  /** Several storages, by the names of their beans. */
  private final Map<String, StorageProperties> storages = new LinkedHashMap<>();

  /** Name of the storage that is injected where none is named. */
  private @Nullable String primary;

  /** Creates properties with their defaults. */
  public PetaCoreProperties() {}

  /** {@return whether storages are opened} */
  public boolean isEnabled() {
    return enabled;
  }

  /**
   * Sets whether storages are opened.
   *
   * @param value false for none
   */
  public void setEnabled(boolean value) {
    enabled = value;
  }

  /** {@return the store that the storages commit to} */
  public StoreType getStore() {
    return store;
  }

  /**
   * Sets the store that the storages commit to.
   *
   * @param value the kind of store
   */
  public void setStore(StoreType value) {
    store = value;
  }

  /** {@return the connection to etcd} */
  public Etcd getEtcd() {
    return etcd;
  }

  /** {@return what a lost connection means} */
  public Health getHealth() {
    return health;
  }

  /** {@return the only storage, unless several are named} */
  public StorageProperties getStorage() {
    return storage;
  }

  /** {@return several storages, by the names of their beans} */
  public Map<String, StorageProperties> getStorages() {
    return storages;
  }

  /** {@return the name of the storage that is injected where none is named; null for none} */
  public @Nullable String getPrimary() {
    return primary;
  }

  /**
   * Sets the storage that is injected where none is named.
   *
   * @param value the name of its bean; null for none
   */
  public void setPrimary(@Nullable String value) {
    primary = value;
  }

  /** The storages to open by the names of their beans: those named, or else the only one. */
  Map<String, StorageProperties> named() {
    return storages.isEmpty() ? Map.of("petaCoreStorage", storage) : storages;
  }

  /** The connection to etcd. */
  public static class Etcd {
    /** Endpoints of the cluster, all http or all https. */
    private List<String> endpoints = List.of("http://127.0.0.1:2379");

    /** Name of the etcd user. */
    private @Nullable String username;

    /** Password of the etcd user. */
    private @Nullable String password;

    /** Trusted certificates (PEM); by default the JVM's. */
    private @Nullable Path trustedCertificates;

    /** Client certificate (PEM). */
    private @Nullable Path clientCertificate;

    /** Private key of the client certificate (PEM, PKCS#8, without a password). */
    private @Nullable Path clientKey;

    /** Name that the servers' certificates contain, if not that of the endpoints. */
    private @Nullable String authority;

    /** Timeout of a request; keep it below the commit timeout of the storages. */
    private Duration requestTimeout = Duration.ofSeconds(5);

    /** Creates properties with their defaults. */
    public Etcd() {}

    /** {@return the endpoints, URLs} */
    public List<String> getEndpoints() {
      return endpoints;
    }

    /**
     * Sets the endpoints.
     *
     * @param value URLs, at least one
     */
    public void setEndpoints(List<String> value) {
      endpoints = value;
    }

    /** {@return the name of the user; null for none} */
    public @Nullable String getUsername() {
      return username;
    }

    /**
     * Sets the name of the user.
     *
     * @param value null for none
     */
    public void setUsername(@Nullable String value) {
      username = value;
    }

    /** {@return the password of the user; null for none} */
    public @Nullable String getPassword() {
      return password;
    }

    /**
     * Sets the password of the user.
     *
     * @param value null for none
     */
    public void setPassword(@Nullable String value) {
      password = value;
    }

    /** {@return the trusted certificates; null for the JVM's} */
    public @Nullable Path getTrustedCertificates() {
      return trustedCertificates;
    }

    /**
     * Sets the trusted certificates.
     *
     * @param value a PEM file; null for the JVM's
     */
    public void setTrustedCertificates(@Nullable Path value) {
      trustedCertificates = value;
    }

    /** {@return the client certificate; null for none} */
    public @Nullable Path getClientCertificate() {
      return clientCertificate;
    }

    /**
     * Sets the client certificate.
     *
     * @param value a PEM file; null for none
     */
    public void setClientCertificate(@Nullable Path value) {
      clientCertificate = value;
    }

    /** {@return the private key of the client certificate; null for none} */
    public @Nullable Path getClientKey() {
      return clientKey;
    }

    /**
     * Sets the private key of the client certificate.
     *
     * @param value a PEM file; null for none
     */
    public void setClientKey(@Nullable Path value) {
      clientKey = value;
    }

    /** {@return the name in the servers' certificates; null for that of the endpoints} */
    public @Nullable String getAuthority() {
      return authority;
    }

    /**
     * Sets the name in the servers' certificates.
     *
     * @param value null for that of the endpoints
     */
    public void setAuthority(@Nullable String value) {
      authority = value;
    }

    /** {@return the timeout of a request} */
    public Duration getRequestTimeout() {
      return requestTimeout;
    }

    /**
     * Sets the timeout of a request.
     *
     * @param value positive
     */
    public void setRequestTimeout(Duration value) {
      requestTimeout = value;
    }
  }

  /** What a lost connection means for the application. */
  public static class Health {

    /** What the health of a storage is while it is disconnected. */
    public enum Disconnected {
      /** DOWN. */
      DOWN,
      /** OUT_OF_SERVICE. */
      OUT_OF_SERVICE,
      /** UNKNOWN. */
      UNKNOWN,
      /** UP, since it can still be read. */
      UP
    }

    /** What readiness is while a storage is disconnected. */
    public enum Readiness {
      /** Traffic is accepted: reads continue. */
      ACCEPT,
      /** Traffic is refused, by every instance that has lost etcd. */
      REFUSE
    }

    /** Health of a storage that is disconnected from its store. */
    private Disconnected disconnected = Disconnected.DOWN;

    /** Time for which a storage may be disconnected, as in a failover, before health reports it. */
    private Duration grace = Duration.ZERO;

    /** Whether the application accepts traffic while a storage is disconnected. */
    private Readiness readiness = Readiness.ACCEPT;

    /** Creates properties with their defaults. */
    public Health() {}

    /** {@return the health of a disconnected storage} */
    public Disconnected getDisconnected() {
      return disconnected;
    }

    /**
     * Sets the health of a disconnected storage.
     *
     * @param value the status
     */
    public void setDisconnected(Disconnected value) {
      disconnected = value;
    }

    /** {@return the time for which a storage may be disconnected before its health reports it} */
    public Duration getGrace() {
      return grace;
    }

    /**
     * Sets the time for which a storage may be disconnected before its health reports it.
     *
     * @param value not negative
     */
    public void setGrace(Duration value) {
      grace = value;
    }

    /** {@return whether traffic is accepted while a storage is disconnected} */
    public Readiness getReadiness() {
      return readiness;
    }

    /**
     * Sets whether traffic is accepted while a storage is disconnected.
     *
     * @param value accept or refuse
     */
    public void setReadiness(Readiness value) {
      readiness = value;
    }
  }
}
