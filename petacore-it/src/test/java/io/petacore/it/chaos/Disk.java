package io.petacore.it.chaos;

import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.Member;
import io.petacore.it.fault.Fault;
import io.petacore.testing.Await;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The space quota of etcd. */
final class Disk {

  /** Much more than a run needs between two compactions, but quickly exceeded on purpose. */
  static final long QUOTA = 32L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Disk.class);

  private static final Duration FILLING = Duration.ofSeconds(20);
  private static final String FILLER = "filler/";
  private static final String LARGE = "x".repeat(1024 * 1024);

  private final EtcdCluster etcd;
  private final LongSupplier compactable;

  /**
   * @param compactable supplies the revision up to which history may be compacted
   */
  Disk(EtcdCluster etcd, LongSupplier compactable) {
    this.etcd = etcd;
    this.compactable = compactable;
  }

  /** Compacts all history that may be compacted. */
  void compact() {
    long revision = compactable.getAsLong();
    Await.until(
        "history is compacted",
        () -> {
          try {
            etcd.client().compact(revision);
            return true;
          } catch (IllegalStateException e) {
            return String.valueOf(e.getMessage()).contains("has been compacted");
          }
        });
  }

  /** Defragments every member. */
  void defragment() {
    for (Member member : etcd.members()) {
      Await.until(
          member.name() + " is defragmented",
          () -> {
            member.client().defragment();
            return true;
          });
    }
  }

  /**
   * Exceeds the quota until etcd rejects puts, if the machine is fast enough, and frees space at
   * the end.
   */
  Fault.Course fill(Duration time) {
    return lasting -> {
      try {
        if (fillUp()) {
          lasting.last(time);
        }
      } finally {
        freeSpace();
      }
    };
  }

  private boolean fillUp() {
    long started = System.nanoTime();
    for (int i = 0; System.nanoTime() - started < FILLING.toNanos(); i++) {
      try {
        etcd.client().put(FILLER + i, LARGE);
      } catch (UncheckedIOException e) {
        LOG.info("slow: {}", e.getMessage());
      } catch (IllegalStateException e) {
        if (alarmedMember().isPresent()) {
          return true;
        }
        LOG.info("rejected: {}", e.getMessage());
      }
    }
    LOG.info("the quota was not exceeded within {}", FILLING);
    return false;
  }

  /** As documented in docs/operations.md. */
  private void freeSpace() {
    Await.until(
        "etcd accepts puts again",
        () -> {
          etcd.client().deletePrefix(FILLER);
          compact();
          defragment();
          for (Optional<String> member = alarmedMember();
              member.isPresent();
              member = alarmedMember()) {
            etcd.client().disarm(member.get());
          }
          etcd.client().put(FILLER, ""); // verifies that the alarm stays off
          return true;
        });
  }

  private Optional<String> alarmedMember() {
    return etcd.client().alarmedMember();
  }
}
