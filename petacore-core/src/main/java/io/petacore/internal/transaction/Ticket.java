package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.Contention;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The place of a transaction in the queue of a hot key. */
final class Ticket {

  private final HotKeyQueue queue;
  private final Contention contention;
  private final BooleanSupplier failsFast;

  // Guarded by the queue.
  private boolean chainable;
  private boolean hasRun;
  private boolean untimed;
  private boolean left;
  private CompletableFuture<@Nullable Chain> admitted = new CompletableFuture<>();

  /**
   * @param chainable whether it may run on a chain
   * @param hasRun whether its last run can be committed by itself
   * @param contention what the transaction has lost to other commits
   * @param failsFast whether the transaction is not to wait any more
   */
  Ticket(
      HotKeyQueue queue,
      boolean chainable,
      boolean hasRun,
      Contention contention,
      BooleanSupplier failsFast) {
    this.queue = queue;
    this.chainable = chainable;
    this.hasRun = hasRun;
    this.contention = contention;
    this.failsFast = failsFast;
  }

  Bytes key() {
    return queue.key();
  }

  Contention contention() {
    return contention;
  }

  /**
   * Completes when the transaction may run: on the chain, or by itself if that is null. Anew after
   * a run on a chain that did not join, or whose chain was not committed.
   */
  CompletableFuture<@Nullable Chain> admitted() {
    return queue.admitted(this);
  }

  /**
   * While it waits for the store, for its commit or the exclusive commit lock, it is not passed
   * over.
   *
   * @param waits whether it does from now on; if not, it runs from now on
   */
  void waitsForStore(boolean waits) {
    queue.waitsForStore(this, waits);
  }

  /**
   * The run on a chain has ended, and is to become a member.
   *
   * @param chain the chain that it was on
   * @return whether it has; if not, the transaction has to run again once it is admitted
   */
  boolean join(Chain chain, Chain.Member member) {
    return queue.join(this, chain, member);
  }

  /**
   * The run on a chain is discarded: the transaction has to run again once it is admitted.
   *
   * @param stillChainable whether it may be on a chain then
   */
  void runAgain(boolean stillChainable) {
    queue.runAgain(this, stillChainable);
  }

  /** Leaves the queue. Idempotent. */
  void leave() {
    queue.leave(this);
  }

  // ---- for the queue

  boolean failsFast() {
    return failsFast.getAsBoolean();
  }

  boolean isChainable() {
    return chainable;
  }

  boolean hasRun() {
    return hasRun;
  }

  void mustRunAgain() {
    hasRun = false;
  }

  void neverChain() {
    chainable = false;
  }

  boolean isUntimed() {
    return untimed;
  }

  void setUntimed(boolean now) {
    untimed = now;
  }

  boolean hasLeft() {
    return left;
  }

  void setLeft() {
    left = true;
  }

  CompletableFuture<@Nullable Chain> current() {
    return admitted;
  }

  /** Has to be admitted anew. */
  void renew() {
    admitted = new CompletableFuture<>();
  }
}
