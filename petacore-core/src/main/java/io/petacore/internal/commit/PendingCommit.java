package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
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

  boolean isTold() {
    return told;
  }

  /** Whether the caller is the one to tell the outcome; true once. */
  boolean tell() {
    boolean first = !told;
    told = true;
    return first;
  }

  void complete(CommitOutcome outcome) {
    done.complete(outcome);
  }

  void fail(PetaCoreException failure) {
    done.completeExceptionally(failure);
  }
}
