package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.BatchResult;
import io.petacore.store.Guard;
import io.petacore.store.Operation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Lays a plan out as the operations of a request: the commit record; a group for each transaction
 * with guards, in the order of the plan; groups without guards for all other writes and for the
 * delete fences; all groups in containers if they are many.
 *
 * <p>The commit record is written even if the guards of every transaction fail, so a conflict has a
 * revision that the retry can wait for. A fence written in vain costs others another check.
 */
public final class BatchLayout {

  /**
   * A request's operations.
   *
   * @param operations the operations, in order
   * @param groupOf for each transaction with guards, the index of its group among all groups, in
   *     the order in which they begin
   */
  public record Layout(List<Operation> operations, List<Integer> groupOf) {

    /**
     * For each member of the plan, whether it was committed.
     *
     * @param result the answer to the request, which was applied
     */
    public List<Boolean> flags(BatchPlanner.Plan plan, BatchResult result) {
      List<Boolean> flags = new ArrayList<>(plan.members().size());
      int next = 0;
      for (PendingCommit member : plan.members()) {
        flags.add(!plan.isInGroup(member) || result.groups().get(groupOf.get(next++)));
      }
      return flags;
    }
  }

  private final Namespace namespace;
  private final Bytes recordKey;
  private final int maxOperations;

  /**
   * @param maxOperations the most operations that the store takes at one level of nesting
   */
  public BatchLayout(Namespace namespace, int maxOperations) {
    this.namespace = namespace;
    this.recordKey = namespace.toStore(ReservedKeys.COMMIT_RECORD);
    this.maxOperations = maxOperations;
  }

  /** Lays out a plan. */
  public Layout layOut(BatchPlanner.Plan plan, CommitRecord record) {
    List<Operation> leaves = new ArrayList<>();
    int width = 0;
    for (CommitCheck.Result.Clear transaction : plan.guarded()) {
      leaves.add(group(transaction));
      width = Math.max(width, transaction.width());
    }
    width = Math.max(width, addLeaves(leaves, writes(plan.unguarded())));
    width = Math.max(width, addLeaves(leaves, deleteFences(plan.deleteFences())));

    BatchShape shape =
        (plan.large() ? BatchShape.LARGE : BatchShape.EMPTY).plus(leaves.size(), width);
    List<Operation> operations = new ArrayList<>();
    operations.add(new Operation.Put(recordKey, record.encode()));
    List<Integer> groupOf = new ArrayList<>(plan.guarded().size());
    if (shape.fitsFlat(maxOperations)) {
      operations.addAll(leaves);
      for (int i = 0; i < plan.guarded().size(); i++) {
        groupOf.add(i);
      }
      return new Layout(operations, groupOf);
    }
    int each = shape.perContainer();
    for (int from = 0; from < leaves.size(); from += each) {
      int to = Math.min(leaves.size(), from + each);
      operations.add(new Operation.Group(List.of(), List.copyOf(leaves.subList(from, to))));
    }
    for (int i = 0; i < plan.guarded().size(); i++) {
      groupOf.add(i + i / each + 1); // before it: the leaves, and the containers begun
    }
    return new Layout(operations, groupOf);
  }

  private Operation group(CommitCheck.Result.Clear transaction) {
    List<Guard> guards = new ArrayList<>(transaction.width());
    transaction
        .guards()
        .forEach((key, revision) -> guards.add(new Guard.OfKey(namespace.toStore(key), revision)));
    transaction
        .readGuards()
        .forEach((key, revision) -> guards.add(new Guard.OfKey(namespace.toStore(key), revision)));
    for (GuardedRange range : transaction.ranges()) {
      guards.add(new Guard.OfRange(namespace.toStore(range.range()), range.newest()));
    }
    return new Operation.Group(guards, writes(transaction.writes()));
  }

  private List<Operation> writes(Collection<Write> writes) {
    List<Operation> operations = new ArrayList<>(writes.size());
    for (Write write : writes) {
      Bytes key = namespace.toStore(write.key());
      Bytes value = write.value();
      operations.add(value == null ? new Operation.Delete(key) : new Operation.Put(key, value));
    }
    return operations;
  }

  private List<Operation> deleteFences(Collection<Bytes> fences) {
    List<Operation> puts = new ArrayList<>(fences.size());
    for (Bytes fence : fences) {
      puts.add(new Operation.Put(namespace.toStore(fence), Bytes.EMPTY));
    }
    return puts;
  }

  /** Adds groups without guards; the greatest width among them. */
  private int addLeaves(List<Operation> leaves, List<Operation> operations) {
    int width = 0;
    int each = BatchShape.leafWidth(maxOperations);
    for (int from = 0; from < operations.size(); from += each) {
      int to = Math.min(operations.size(), from + each);
      leaves.add(new Operation.Group(List.of(), List.copyOf(operations.subList(from, to))));
      width = Math.max(width, to - from);
    }
    return width;
  }
}
