package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.decoded.DecodedValues;
import io.petacore.internal.decoded.DecodingView;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IndexView;
import io.petacore.transaction.IsolationLevel;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A transaction that its owner commits. Used by one thread at a time. */
final class OwnedTransaction implements ExplicitTransaction, DecodingView {

  private final BufferedTransaction transaction;
  private final Function<PendingWrites, CommitResult> commit;

  /**
   * @param commit commits the writes, or throws
   */
  OwnedTransaction(BufferedTransaction transaction, Function<PendingWrites, CommitResult> commit) {
    this.transaction = transaction;
    this.commit = commit;
  }

  @Override
  public @Nullable Bytes read(Bytes key) {
    return transaction.read(key);
  }

  @Override
  public @Nullable Bytes readScratch(Bytes key) {
    return transaction.readScratch(key);
  }

  @Override
  public DecodedValues decodedValues() {
    return transaction.decodedValues();
  }

  @Override
  public Iterable<Entry> scan(KeyRange range) {
    return transaction.scan(range);
  }

  @Override
  public Iterable<Entry> scanDescending(KeyRange range) {
    return transaction.scanDescending(range);
  }

  @Override
  public long count(KeyRange range) {
    return transaction.count(range);
  }

  @Override
  public IndexView index(String name) {
    return transaction.index(name);
  }

  @Override
  public long revision() {
    return transaction.revision();
  }

  @Override
  public ExplicitTransaction write(Bytes key, Bytes value) {
    transaction.write(key, value);
    return this;
  }

  @Override
  public ExplicitTransaction delete(Bytes key) {
    transaction.delete(key);
    return this;
  }

  @Override
  public ExplicitTransaction delete(KeyRange range) {
    transaction.delete(range);
    return this;
  }

  @Override
  public ExplicitTransaction requireUnchanged(Bytes key) {
    transaction.requireUnchanged(key);
    return this;
  }

  @Override
  public ExplicitTransaction requireUnchanged(KeyRange range) {
    transaction.requireUnchanged(range);
    return this;
  }

  @Override
  public IsolationLevel isolation() {
    return transaction.isolation();
  }

  @Override
  public CommitResult commit() {
    transaction.requireOpen();
    transaction.end();
    return commit.apply(transaction.pending());
  }

  @Override
  public void close() {
    transaction.end();
  }
}
