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

/** The space that etcd may take. */
final class Disk {

  /** Far above what a run needs between two compactions, and soon filled. */
  static final long QUOTA = 32L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Disk.class);

  private static final Duration FILLING = Duration.ofSeconds(20);
  private static final String FILLER = "filler/";
  private static final String LARGE = "x".repeat(1024 * 1024);

  private final EtcdCluster etcd;
  private final LongSupplier expendable;

  /**
   * @param expendable tells up to which revision history may be forgotten
   */
  Disk(EtcdCluster etcd, LongSupplier expendable) {
    this.etcd = etcd;
    this.expendable = expendable;
  }

  /** Forgets all history that may be forgotten. */
  void compact() {
    long revision = expendable.getAsLong();
    Await.until(
        "history is forgotten",
        () -> {
          try {
            etcd.client().compact(revision);
            return true;
          } catch (IllegalStateException e) {
            return String.valueOf(e.getMessage()).contains("has been compacted");
          }
        });
  }

  /** Gives the space of what was forgotten back, on every member. */
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
   * Fills it until etcd takes no puts any more, if the machine can do that in time, and makes space
   * again in the end.
   */
  Fault.Course fill(Duration time) {
    return lasting -> {
      try {
        if (fillUp()) {
          lasting.last(time);
        }
      } finally {
        makeSpace();
      }
    };
  }

  private boolean fillUp() {
    long begun = System.nanoTime();
    for (int i = 0; System.nanoTime() - begun < FILLING.toNanos(); i++) {
      try {
        etcd.client().put(FILLER + i, LARGE);
      } catch (UncheckedIOException e) {
        LOG.info("slow: {}", e.getMessage());
      } catch (IllegalStateException e) {
        if (alarmed().isPresent()) {
          return true;
        }
        LOG.info("refused: {}", e.getMessage());
      }
    }
    LOG.info("the disk could not be filled within {}", FILLING);
    return false;
  }

  /** As docs/operations.md says. */
  private void makeSpace() {
    Await.until(
        "there is space again",
        () -> {
          etcd.client().deletePrefix(FILLER);
          compact();
          defragment();
          for (Optional<String> member = alarmed(); member.isPresent(); member = alarmed()) {
            etcd.client().disarm(member.get());
          }
          etcd.client().put(FILLER, ""); // or the alarm is raised again by whoever comes next
          return true;
        });
  }

  private Optional<String> alarmed() {
    return etcd.client().alarmedMember();
  }
}
