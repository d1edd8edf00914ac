package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.FormatRecord;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.format.SessionId;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import java.util.ArrayList;
import java.util.List;

/** Writes the initial contents of the store. */
final class Preparation {
  private Preparation() {}

  /** Writes the format record and the accounts. */
  static void prepare(Cluster cluster, Faults faults, int buckets) {
    List<Operation> puts = new ArrayList<>();
    puts.add(
        new Operation.Put(
            Simulation.stored(ReservedKeys.FORMAT), new FormatRecord(buckets).encode()));
    for (int i = 0; i < Programs.ACCOUNTS; i++) {
      puts.add(
          new Operation.Put(
              Simulation.stored(Bytes.utf8("a" + i)),
              Bytes.utf8(String.valueOf(Programs.BALANCE))));
    }
    if (faults.strike(Fault.COPIED_PREFIX)) {
      puts.addAll(leftBehind());
    }
    cluster.serve(() -> cluster.model().commit(new Batch(List.of(), puts, List.of())));
  }

  /** Returns the bookkeeping of the sessions of another cluster, as copied with the prefix. */
  private static List<Operation> leftBehind() {
    SessionId holder = SessionId.random();
    SessionId other = SessionId.random();
    return List.of(
        new Operation.Put(
            Simulation.stored(ReservedKeys.COMMIT_RECORD),
            new CommitRecord(Node.ORIGIN - Timeline.SECOND, other, 7).encode()),
        new Operation.Put(Simulation.stored(ReservedKeys.sessionFence(holder)), Bytes.EMPTY),
        new Operation.Put(Simulation.stored(ReservedKeys.sessionFence(other)), Bytes.EMPTY),
        new Operation.Put(
            Simulation.stored(ReservedKeys.EXCLUSIVE_LOCK), Bytes.utf8(holder.toString())));
  }
}
