/**
 * Histories of transactions, and a checker that compares them with the guarantees of the isolation
 * levels, knowing nothing of how the transactions were executed.
 *
 * <p><b>Recording.</b>
 *
 * <pre>{@code
 * HistoryRecorder recorder = new HistoryRecorder();             // or with a clock of virtual time
 * Workload workload = new Workload(seed, Form.LIST_APPEND, 8, 0.2);
 * HistoryRecorder.Client client = recorder.client("n1", "t1");  // one for each thread of a node
 *
 * Plan plan = workload.next();
 * Recording recording = client.invoke(plan.level());            // before anything is done
 * try {
 *   storage.runTransaction(
 *       TransactionOptions.defaults().isolation(plan.level()), tx -> plan.run(tx, recording));
 *   recording.ok();
 * } catch (PetaCoreException e) {
 *   recording.end(e);                                           // records failed or unknown
 * }
 *
 * Checker.check(recorder.history()).assertRight();
 * }</pre>
 *
 * <p>Asynchronously: {@code runTransactionAsync(options, body).whenComplete((result, failure) ->
 * recording.end(failure))}. Bodies of another kind call {@link
 * io.petacore.history.Recording#restart} and {@link io.petacore.history.Recording#note} themselves.
 * A key is a list or a register; every value is written to its key once, and every delete of a
 * register has a value of its own.
 *
 * <p><b>The end of a run.</b> That a commit was lost shows when a node that has seen everything
 * reads without it. So in the end let each node commit something more, and then read: {@code
 * workload.readAll()}.
 *
 * <p><b>A node is a session</b>: two lives of a storage may have one name if the second was opened
 * after the first had ended.
 *
 * <p><b>Literature.</b> Adya, "Weak consistency: a generalized theory and optimistic
 * implementations for distributed transactions", 1999: the anomalies G0 to G2, and mixed levels.
 * Kingsbury and Alvaro, "Elle: inferring isolation anomalies from experimental observations", VLDB
 * 2020: lists and registers, and what can be concluded from them. Daudjee and Salem, "Lazy database
 * replication with snapshot isolation", VLDB 2006: strong session snapshot isolation. Cerone and
 * Gotsman, "Analysing snapshot isolation", JACM 2018: which cycles it forbids.
 */
@NullMarked
package io.petacore.history;

import org.jspecify.annotations.NullMarked;
