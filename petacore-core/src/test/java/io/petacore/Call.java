package io.petacore;

/** An abstract method of a {@link io.petacore.transaction.TransactionContext}. */
enum Call {
  RUN,
  CALL,
  RUN_ASYNC,
  CALL_ASYNC,
  BEGIN
}
