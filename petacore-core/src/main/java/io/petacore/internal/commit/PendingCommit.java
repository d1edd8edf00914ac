package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ResolvedOutcome;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A transaction on its way through the pipeline. All fields that change are guarded by the
 * pipeline's lock; the future is completed outside of it.
 */
final class PendingCommit {

  private final CommitRequest request;
  private final CompletableFuture<CommitOutcome> done = new CompletableFuture<>();

  /** What the check found last; null before the first. */
  private CommitCheck.Result.@Nullable Clear clear;

  /** With how many others it may share a request: fewer after the store refused one whole. */
  private int companyLimit = Integer.MAX_VALUE;

  /** How often younger transactions were let past it. */
  private int passedOver;

  /** How often a request that it had to itself was refused whole. */
  private int refusals;

  /** Completes with the outcome of a commit that was reported as in doubt; null for any other. */
  private @Nullable CompletableFuture<ResolvedOutcome> resolving;

  /** Whether the store has refused it, or kept it waiting, for the sake of other commits. */
  private boolean lostToOthers;

  private long arrival;
  private boolean wasSent;
  private boolean told;

  /**
   * @param clear the result of a check made just now; null if there was none
   */
  PendingCommit(CommitRequest request, CommitCheck.Result.@Nullable Clear clear) {
    this.request = request;
    this.clear = clear;
  }

  /** Gives it its place in the order of arrival. */
  void arrive(long number) {
    arrival = number;
  }

  CommitRequest request() {
    return request;
  }

  long arrival() {
    return arrival;
  }

  CompletableFuture<CommitOutcome> done() {
    return done;
  }

  /** A key that it writes, for messages. */
  Bytes anyKey() {
    return request.writes().iterator().next().key();
  }

  CommitCheck.Result.@Nullable Clear clear() {
    return clear;
  }

  void cleared(CommitCheck.Result.Clear result) {
    clear = result;
  }

  void sent() {
    wasSent = true;
  }

  /** Whether it has been on its way before. */
  boolean wasSent() {
    return wasSent;
  }

  int companyLimit() {
    return companyLimit;
  }

  void limitCompany(int limit) {
    companyLimit = Math.max(1, limit);
  }

  int passOver() {
    return ++passedOver;
  }

  void refused() {
    refusals++;
  }

  int refusals() {
    return refusals;
  }

  void lostToOthers() {
    lostToOthers = true;
  }

  /** Whether other commits are why it was not made, in this attempt or in an earlier one. */
  boolean isLostToOthers() {
    return lostToOthers || request.lostTo() != null;
  }

  boolean isTold() {
    return told;
  }

  /** Whether the caller is the one to tell the outcome; true once. */
  boolean tell() {
    boolean first = !told;
    told = true;
    return first;
  }

  /** Whether it was reported as in doubt and has not been resolved. */
  boolean isInDoubt() {
    return resolving != null;
  }

  /** The future of its outcome, now that its owner is told that it is in doubt. */
  CompletableFuture<ResolvedOutcome> beginResolving() {
    CompletableFuture<ResolvedOutcome> begun = new CompletableFuture<>();
    resolving = begun;
    return begun;
  }

  /** Ends the doubt; the effect completes the future. */
  Runnable endResolving(ResolvedOutcome outcome) {
    CompletableFuture<ResolvedOutcome> ended = resolving;
    resolving = null;
    return () -> {
      if (ended != null) {
        ended.complete(outcome);
      }
    };
  }

  void complete(CommitOutcome outcome) {
    done.complete(outcome);
  }

  void fail(PetaCoreException failure) {
    done.completeExceptionally(failure);
  }
}
