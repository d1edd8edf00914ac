package io.petacore.it.chaos;

import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.Member;
import io.petacore.it.fault.Fault;
import io.petacore.testing.Await;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The space that etcd may take. */
final class Disk {

  /** Far above what a run needs between two compactions, and soon filled. */
  static final long QUOTA = 32L << 20;

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

  /** Fills it until etcd takes no puts any more, and makes space again in the end. */
  Fault.Course fill(Duration time) {
    return lasting -> {
      try {
        Await.until("the disk is full", this::putUntilRefused);
        lasting.last(time);
      } finally {
        makeSpace();
      }
    };
  }

  private boolean putUntilRefused() {
    for (int i = 0; i < 2 * QUOTA / LARGE.length(); i++) {
      try {
        etcd.client().put(FILLER + i, LARGE);
      } catch (IllegalStateException e) {
        if (alarmed().isPresent()) {
          return true;
        }
        throw e;
      }
    }
    return false;
  }

  /** As docs/operations.md says. */
  private void makeSpace() {
    Await.until(
        "there is space again",
        () -> {
          etcd.client().deletePrefix(FILLER);
          compact();
          for (Member member : etcd.members()) {
            member.client().defragment();
          }
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
