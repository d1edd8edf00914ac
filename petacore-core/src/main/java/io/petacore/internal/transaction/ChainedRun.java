package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.transaction.IsolationLevel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A run of a body on a {@link Chain}.
 *
 * <p><b>Nothing speculative is reported.</b> If the run has read pending writes, what it returned
 * or threw reaches the caller only once they are committed, and all that it has read at the base
 * with them: the chain's guards hold for every member, also for one that writes nothing. If not,
 * the body runs again. If it has read none, it has seen the base, which is committed.
 *
 * <p>Used by one thread at a time.
 */
final class ChainedRun {

  /** What follows from the end of the body. */
  enum End {
    /** It wrote nothing, and has read what is committed: it can be reported. */
    REPORT,
    /** It is a member of the chain, whose outcome decides. */
    JOINED,
    /** It is discarded: the body has to run again, once the ticket is admitted. */
    AGAIN
  }

  private final RunContext context;
  private final Attempts attempts;
  private final Ticket ticket;
  private final Chain chain;
  private final ChainedTransaction transaction;
  private List<Write> writes = List.of();

  /** The keys that the run has read at the base, or was the first to write. */
  private final Set<Bytes> ownKeys = new HashSet<>();

  private ChainedRun(
      RunContext context,
      Attempts attempts,
      Ticket ticket,
      Chain chain,
      ChainedTransaction transaction) {
    this.context = context;
    this.attempts = attempts;
    this.ticket = ticket;
    this.chain = chain;
    this.transaction = transaction;
  }

  /**
   * Begins a run.
   *
   * @return null if the chain is on a state that the transaction must not begin at: it then has to
   *     be admitted anew
   */
  static @Nullable ChainedRun begin(
      RunContext context, Attempts attempts, Ticket ticket, Chain chain, IsolationLevel isolation) {
    if (!attempts.mayBeginAt(chain.base())
        && !(chain.moveOn() && attempts.mayBeginAt(chain.base()))) {
      ticket.runAgain(true);
      return null;
    }
    ChainedTransaction transaction =
        new ChainedTransaction(
            context.cache(), context.decoded(), context.limits(), isolation, chain);
    return new ChainedRun(context, attempts, ticket, chain, transaction);
  }

  /** The state that the run has begun at. */
  AppliedState base() {
    return transaction.base();
  }

  ChainedTransaction transaction() {
    return transaction;
  }

  /**
   * The body has ended.
   *
   * @param thrown what it threw; null if it returned
   */
  End end(@Nullable Throwable thrown) {
    transaction.end();
    if (thrown instanceof TransactionTooOldException && !context.isKept(base())) {
      return discarded(true);
    }
    writes = thrown == null ? transaction.writes() : List.of();
    if (writes.isEmpty() && !transaction.hasReadPending()) {
      return End.REPORT;
    }
    if (transaction.readsTooMuch() || needsOtherQueue() || context.claims().concern(writes)) {
      return discarded(false);
    }
    for (Write write : writes) {
      if (chain.pending().get(write.key()) == null) {
        ownKeys.add(write.key());
      }
    }
    ownKeys.addAll(transaction.reads().keySet());
    Chain.Member member = attempts.member(ticket, transaction.reads(), writes);
    if (ticket.join(chain, member)) {
      return End.JOINED;
    }
    attempts.discarded();
    return End.AGAIN;
  }

  private End discarded(boolean stillChainable) {
    ticket.runAgain(stillChainable);
    attempts.discarded();
    return End.AGAIN;
  }

  private boolean needsOtherQueue() {
    for (Write write : writes) {
      if (!write.key().equals(ticket.key()) && context.hotKeys().contains(write.key())) {
        return true;
      }
    }
    return false;
  }

  /** The outcome of the chain, or the news that it is in doubt. */
  CompletableFuture<ChainReport> reported() {
    return chain.reported();
  }

  /**
   * The chain has an outcome, or this transaction's time is up while it is in doubt.
   *
   * @return the commit; null if the body has to run again, once the ticket is admitted
   * @throws PetaCoreException what the transaction fails with
   */
  CommitOutcome.@Nullable Committed outcome(ChainReport report) {
    if (report instanceof ChainReport.Decided decided) {
      return decided(decided.outcome());
    }
    if (report instanceof ChainReport.InDoubt inDoubt) {
      throw context.failures().forCaller(inDoubt.failure());
    }
    PetaCoreException failure =
        report instanceof ChainReport.Failed failed ? failed.failure() : null;
    if (failure != null && isOf(failure)) {
      throw context.failures().forCaller(failure);
    }
    attempts.notCommittedOnChain(failure);
    return null;
  }

  /** Whether a failure of the chain is one of this transaction: others may run again. */
  private boolean isOf(PetaCoreException failure) {
    return failure instanceof CommitOutcomeUnknownException
        || failure instanceof StorageClosedException
        || (chain.members().size() == 1 && !(failure instanceof TransactionTooOldException))
        || (failure instanceof StoreUnavailableException && attempts.start().failsFast());
  }

  private CommitOutcome.@Nullable Committed decided(CommitOutcome outcome) {
    if (outcome instanceof CommitOutcome.Conflict conflict) {
      attempts.lostOnChain(conflict, ownKeys.contains(conflict.key()));
      return null;
    }
    return (CommitOutcome.Committed) outcome;
  }
}
