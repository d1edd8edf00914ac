package io.petacore;

import io.petacore.data.Bytes;
import io.petacore.store.KvStore;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionCall;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Signatures only, for now: the body comes with the engine. */
public final class DistributedStorage implements AutoCloseable {
  private DistributedStorage() {}

  public static DistributedStorage open(KvStore store) {
    return builder(store).open();
  }

  public static Builder builder(KvStore store) {
    return new Builder();
  }

  public <X extends Exception> void runTransaction(TransactionTask<X> body) throws X {
    runTransaction(TransactionOptions.defaults(), body);
  }

  public <X extends Exception> void runTransaction(
      TransactionOptions options, TransactionTask<X> body) throws X {
    throw new UnsupportedOperationException();
  }

  public <T extends @Nullable Object, X extends Exception> T callTransaction(
      TransactionCall<T, X> body) throws X {
    return callTransaction(TransactionOptions.defaults(), body);
  }

  public <T extends @Nullable Object, X extends Exception> T callTransaction(
      TransactionOptions options, TransactionCall<T, X> body) throws X {
    throw new UnsupportedOperationException();
  }

  public Transaction begin(TransactionOptions options) {
    throw new UnsupportedOperationException();
  }

  public Snapshot snapshot() {
    throw new UnsupportedOperationException();
  }

  public @Nullable Bytes read(Bytes key) {
    throw new UnsupportedOperationException();
  }

  public @Nullable String read(String key) {
    throw new UnsupportedOperationException();
  }

  public StorageStatus status() {
    throw new UnsupportedOperationException();
  }

  public boolean isSynced() {
    return status().state() == StorageStatus.State.SYNCED;
  }

  public long appliedRevision() {
    return status().appliedRevision();
  }

  @Override
  public void close() {}

  public static final class Builder {
    private Builder() {}

    public Builder namespace(String namespace) {
      return this;
    }

    public Builder isolation(IsolationLevel level) {
      return this;
    }

    public Builder historyRetention(Duration retention) {
      return this;
    }

    public Builder openTimeout(Duration timeout) {
      return this;
    }

    public Builder commitTimeout(Duration timeout) {
      return this;
    }

    public Builder maxAttempts(int attempts) {
      return this;
    }

    public Builder executor(Executor executor) {
      return this;
    }

    public Builder statusListener(Consumer<StorageStatus> listener) {
      return this;
    }

    public DistributedStorage open() {
      throw new UnsupportedOperationException();
    }
  }
}
