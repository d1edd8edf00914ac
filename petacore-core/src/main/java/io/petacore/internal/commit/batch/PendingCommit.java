package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ResolvedOutcome;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A transaction in the pipeline. What changes is guarded by the pipeline's lock; the futures are
 * completed outside of it.
 */
public final class PendingCommit {

  private final CommitRequest request;
  private final CompletableFuture<CommitOutcome> done = new CompletableFuture<>();

  /** The newest result of the check; null before the first. */
  private CommitCheck.Result.@Nullable Clear clear;

  /** The most members of a batch that it may be in: fewer after the store has rejected a batch. */
  private int maxBatchSize = Integer.MAX_VALUE;

  /** How often younger transactions were sent before it. */
  private int timesPassedOver;

  /** How often the request that carried it as a large transaction was refused. */
  private int refusals;

  /** Completes with the outcome of a commit that was reported as in doubt; null for any other. */
  private @Nullable CompletableFuture<ResolvedOutcome> resolving;

  /** Whether the store has refused it, or delayed it, because of other commits. */
  private boolean lostToOthers;

  private long arrival;
  private boolean sent;
  private boolean completed;

  /**
   * @param clear the result of a check made just now; null if there was none
   */
  public PendingCommit(CommitRequest request, CommitCheck.Result.@Nullable Clear clear) {
    this.request = request;
    this.clear = clear;
  }

  /** Sets its rank in the order of arrival. */
  public void arrive(long rank) {
    arrival = rank;
  }

  /** What is to be committed. */
  public CommitRequest request() {
    return request;
  }

  /** Its rank in the order of arrival. */
  public long arrival() {
    return arrival;
  }

  /** Completes with the outcome, or with a {@link PetaCoreException}. */
  public CompletableFuture<CommitOutcome> done() {
    return done;
  }

  /** A key that it writes, for messages. */
  public Bytes anyKey() {
    return request.writes().iterator().next().key();
  }

  /** The newest result of the check; null if it was not checked yet. */
  public CommitCheck.Result.@Nullable Clear clear() {
    return clear;
  }

  /** Replaces the result of the check. */
  public void checked(CommitCheck.Result.Clear result) {
    clear = result;
  }

  /** Takes note that a request carries it. */
  public void markSent() {
    sent = true;
  }

  /** Whether a request has carried it. */
  public boolean wasSent() {
    return sent;
  }

  int maxBatchSize() {
    return maxBatchSize;
  }

  /** Bounds the batches that it may be in. */
  public void limitBatchSize(int members) {
    maxBatchSize = Math.max(1, members);
  }

  int timesPassedOver() {
    return timesPassedOver;
  }

  void passOver() {
    timesPassedOver++;
  }

  /** Takes note that the request that carried it as a large transaction was refused. */
  public void refused() {
    refusals++;
    request.contention().refused();
  }

  /** How often the request that carried it as a large transaction was refused. */
  public int refusals() {
    return refusals;
  }

  /** Takes note that the store has refused it, or delayed it, because of other commits. */
  public void lostToOthers() {
    lostToOthers = true;
  }

  /** Whether other commits have kept it from committing, in this attempt or an earlier one. */
  public boolean isLostToOthers() {
    return lostToOthers || request.contention().lostTo() != null;
  }

  /** Whether its outcome was reported. */
  public boolean isCompleted() {
    return completed;
  }

  /**
   * Marks its outcome as reported.
   *
   * @return whether it was not before, so that the caller has to complete the future
   */
  public boolean markCompleted() {
    boolean first = !completed;
    completed = true;
    return first;
  }

  /** Whether it was reported as in doubt and has not been resolved. */
  public boolean isInDoubt() {
    return resolving != null;
  }

  /** Marks it as in doubt; the future completes when it is resolved. */
  public CompletableFuture<ResolvedOutcome> beginResolving() {
    CompletableFuture<ResolvedOutcome> begun = new CompletableFuture<>();
    resolving = begun;
    return begun;
  }

  /** Marks it as resolved; the action returned completes the future of its outcome. */
  public Runnable endResolving(ResolvedOutcome outcome) {
    CompletableFuture<ResolvedOutcome> ended = resolving;
    resolving = null;
    return () -> {
      if (ended != null) {
        ended.complete(outcome);
      }
    };
  }

  /** Completes the future. */
  public void complete(CommitOutcome outcome) {
    done.complete(outcome);
  }

  /** Fails the future. */
  public void fail(PetaCoreException failure) {
    done.completeExceptionally(failure);
  }
}
