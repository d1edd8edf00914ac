package io.petacore.examples.flags;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.petacore.DistributedStorage;
import io.petacore.error.KeyFormatException;
import io.petacore.error.ValueFormatException;
import io.petacore.keyspace.Codec;
import io.petacore.keyspace.KeyCodec;
import io.petacore.keyspace.Keyspace;
import io.petacore.keyspace.TypedChange;
import io.petacore.subscription.Change;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.ChangeListener;
import io.petacore.subscription.SubscribeOptions;
import io.petacore.subscription.Subscription;
import io.petacore.transaction.Snapshot;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32C;

/**
 * Feature flags, each switched on for a part of the users. A check reads this process's memory; a
 * change is durable, and reaches every process within milliseconds. Safe for use by many threads.
 */
public final class FeatureFlags implements AutoCloseable {
  private static final Logger LOG = System.getLogger(FeatureFlags.class.getName());

  /** A flag's name, and the percentage of users for whom it is on. */
  static final Keyspace<String, Integer> FLAGS =
      Keyspace.of(
          "flag/",
          KeyCodec.utf8(),
          Codec.decimal().map(number -> percent(Math.toIntExact(number)), Integer::longValue));

  /** Receives changes, on a thread of the storage's executor, one after another. */
  @FunctionalInterface
  public interface Listener {
    /**
     * Receives a change.
     *
     * @param flag the name
     * @param before the percentage that it was given last; 0 for a new flag
     * @param after the percentage now; 0 for a deleted flag
     */
    void onChange(String flag, int before, int after);
  }

  private final DistributedStorage storage;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Subscription subscription;

  /**
   * Creates the flags of a storage.
   *
   * @param storage not closed by this class
   */
  public FeatureFlags(DistributedStorage storage) {
    this.storage = storage;
    this.subscription =
        storage.subscribe(
            FLAGS.range(),
            SubscribeOptions.defaults().withoutInitialState(),
            new ChangeListener() {
              @Override
              public void onChanges(ChangeBatch batch) {
                batch.changes().forEach(FeatureFlags.this::notifyListeners);
              }
            });
  }

  private static int percent(int percent) {
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException(percent + " is not a percentage");
    }
    return percent;
  }

  /**
   * Returns whether a flag is on for a user. A user for whom it is on keeps it while the percentage
   * grows. A flag that is absent, or was written in another format, is off.
   *
   * @param flag the name
   * @param user anything that identifies the user
   * @return true if it is on
   */
  public boolean isOn(String flag, String user) {
    try {
      Integer percent = FLAGS.read(storage, flag);
      return percent != null && bucket(flag, user) < percent;
    } catch (ValueFormatException malformed) {
      return false; // the change was logged
    }
  }

  /**
   * Returns a number from 0 to 99, different for each flag, so that not always the same are first.
   */
  private static int bucket(String flag, String user) {
    CRC32C crc = new CRC32C();
    crc.update((flag + '/' + user).getBytes(UTF_8));
    return (int) (crc.getValue() % 100);
  }

  /**
   * Sets a flag, for all processes.
   *
   * @param flag the name
   * @param percent the percentage of users for whom it is on, from 0 to 100
   */
  public void set(String flag, int percent) {
    storage.runTransaction(tx -> FLAGS.write(tx, flag, percent(percent)));
  }

  /**
   * Deletes a flag, for all processes.
   *
   * @param flag the name
   */
  public void delete(String flag) {
    storage.runTransaction(tx -> FLAGS.delete(tx, flag));
  }

  /**
   * Returns the flags of one revision, except malformed ones.
   *
   * @return the percentages by name
   */
  public Map<String, Integer> all() {
    Map<String, Integer> all = new TreeMap<>();
    try (Snapshot snapshot = storage.snapshot()) {
      FLAGS
          .scan(snapshot)
          .skipMalformed(malformed -> LOG.log(Level.WARNING, "a flag is left out", malformed))
          .forEach(flag -> all.put(flag.key(), flag.value()));
    }
    return all;
  }

  /**
   * Adds a listener, which is called for every change from now on.
   *
   * @param listener must not block for long, since changes wait for it
   */
  public void addListener(Listener listener) {
    listeners.add(listener);
  }

  private void notifyListeners(Change change) {
    try {
      TypedChange<String, Integer> flag = FLAGS.decode(change);
      int before = flag.before() == null ? 0 : flag.before();
      int after = flag.after() == null ? 0 : flag.after();
      listeners.forEach(listener -> listener.onChange(flag.key(), before, after));
    } catch (ValueFormatException | KeyFormatException malformed) {
      // If thrown on, the change would be delivered again and again, and delay the others.
      LOG.log(Level.WARNING, "a flag has become unreadable, and is off", malformed);
    }
  }

  /** Ends the listeners' calls. */
  @Override
  public void close() {
    subscription.close();
  }
}
