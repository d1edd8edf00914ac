package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.history.Recording;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A transaction, and what its owner was told of it. */
final class Claim {

  enum Told {
    COMMITTED,
    /** Nothing was applied. */
    FAILED,
    /** In doubt, or its owner has died. */
    UNKNOWN
  }

  /** One run of its body. */
  static final class Attempt {
    final Claim claim;
    final Tag tag;
    final long begun;
    final long snapshot;
    final Map<Bytes, @Nullable Bytes> writes = new TreeMap<>();

    private Attempt(Claim claim, Tag tag, long begun, long snapshot) {
      this.claim = claim;
      this.tag = tag;
      this.begun = begun;
      this.snapshot = snapshot;
    }
  }

  final int number;
  final Node node;
  final boolean guarded;
  final Recording recording;
  final List<Attempt> attempts = new ArrayList<>();
  private Told told = Told.UNKNOWN;
  private String because = "nothing was told";
  private long revision;
  private long toldAt = Long.MAX_VALUE;

  /**
   * @param guarded whether it is a Snapshot transaction
   */
  Claim(int number, Node node, boolean guarded, Recording recording) {
    this.number = number;
    this.recording = recording;
    this.node = node;
    this.guarded = guarded;
  }

  /**
   * Its body is run on a snapshot.
   *
   * @param now the moment
   */
  Attempt attempt(long now, long snapshot) {
    recording.restart();
    Attempt attempt = new Attempt(this, new Tag(number, attempts.size() + 1), now, snapshot);
    attempts.add(attempt);
    return attempt;
  }

  Attempt last() {
    return attempts.get(attempts.size() - 1);
  }

  /**
   * @param now the moment
   * @param at the revision that was told; 0 if none was
   */
  void committed(long now, long at) {
    toldAt = now;
    told = Told.COMMITTED;
    because = at == 0 ? "committed" : "committed at " + at;
    revision = at;
  }

  void failed(Told how, Throwable why) {
    told = how;
    because = why.toString();
  }

  Told told() {
    return told;
  }

  /** Whether a request may have carried out an attempt, by its time. */
  boolean fits(Attempt attempt, TrueHistory.Request request) {
    return attempt.begun <= request.at() && (told != Told.COMMITTED || request.at() <= toldAt);
  }

  /** The revision that was told; 0 if none was. */
  long revision() {
    return revision;
  }

  @Override
  public String toString() {
    return "T" + number + " of " + node + (guarded ? "" : ", unguarded") + ", " + because;
  }
}
