package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.history.Recording;
import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A transaction and the outcome reported to its client. */
final class Claim {

  enum Reported {
    COMMITTED,
    /** Nothing was applied. */
    FAILED,
    /** Unknown, or its client has died. */
    UNKNOWN
  }

  /** One attempt: a run of the body. */
  static final class Attempt {
    final Claim claim;
    final Tag tag;
    final long begun;
    final int order; // among the attempts of all transactions
    final long snapshot;
    final @Nullable Object chain; // that it was on
    final Map<Bytes, @Nullable Bytes> seen = new TreeMap<>(); // on a chain, below its own writes
    final Map<Bytes, @Nullable Bytes> writes = new TreeMap<>();
    final Set<Bytes> reads = new TreeSet<>(); // below its own writes
    final List<KeyRange> ranges = new ArrayList<>();

    /** Says that it was applied at a revision. */
    String appliedAt(long revision) {
      return claim
          + ": its attempt "
          + tag
          + " on the snapshot "
          + snapshot
          + " was applied at "
          + revision;
    }

    private Attempt(
        Claim claim, Tag tag, long begun, int order, long snapshot, @Nullable Object chain) {
      this.claim = claim;
      this.tag = tag;
      this.begun = begun;
      this.order = order;
      this.snapshot = snapshot;
      this.chain = chain;
    }
  }

  final int number;
  final Node node;
  final IsolationLevel level;
  final boolean guarded;
  final Recording recording;
  final List<Attempt> attempts = new ArrayList<>();
  private Reported reported = Reported.UNKNOWN;
  private String because = "no outcome reported";
  private long revision;
  private long reportedAt = Long.MAX_VALUE;

  /**
   * @param level its isolation level; above Read Committed its writes are guarded
   */
  Claim(int number, Node node, IsolationLevel level, Recording recording) {
    this.number = number;
    this.recording = recording;
    this.node = node;
    this.level = level;
    this.guarded = level != IsolationLevel.READ_COMMITTED;
  }

  /**
   * Starts an attempt on a snapshot.
   *
   * @param now the moment
   * @param order its rank among the attempts of all transactions
   * @param chain the chain that it is on; null if none
   */
  Attempt attempt(long now, int order, long snapshot, @Nullable Object chain) {
    recording.restart();
    Attempt attempt =
        new Attempt(this, new Tag(number, attempts.size() + 1), now, order, snapshot, chain);
    attempts.add(attempt);
    return attempt;
  }

  Attempt last() {
    return attempts.get(attempts.size() - 1);
  }

  /**
   * @param now the moment
   * @param at the reported revision; 0 if none was
   */
  void committed(long now, long at) {
    reportedAt = now;
    reported = Reported.COMMITTED;
    because = at == 0 ? "committed" : "committed at " + at;
    revision = at;
  }

  void failed(Reported how, Throwable why) {
    reported = how;
    because = why.toString();
  }

  Reported reported() {
    return reported;
  }

  /** Whether a request may have carried out an attempt, by its time. */
  boolean fits(Attempt attempt, TrueHistory.Request request) {
    return attempt.begun <= request.at()
        && (reported != Reported.COMMITTED || request.at() <= reportedAt);
  }

  /** Returns the reported revision; 0 if none was. */
  long revision() {
    return revision;
  }

  @Override
  public String toString() {
    return "T" + number + " of " + node + (guarded ? "" : ", unguarded") + ", " + because;
  }
}
