package io.petacore;

import io.petacore.contract.BadInputContract;
import io.petacore.contract.CallsContract;
import io.petacore.contract.ForeignWriterContract;
import io.petacore.contract.FreshnessContract;
import io.petacore.contract.HistoryContract;
import io.petacore.contract.IndexContract;
import io.petacore.contract.IsolationContract;
import io.petacore.contract.NamespaceContract;
import io.petacore.contract.RangeDeletionContract;
import io.petacore.contract.ReadOnlyContract;
import io.petacore.contract.ResyncContract;
import io.petacore.contract.SerializableContract;
import io.petacore.contract.TimeTravelContract;
import io.petacore.contract.UnknownOutcomeContract;
import io.petacore.contract.VisibilityContract;
import io.petacore.contract.WriteSkewContract;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Nodes;
import org.junit.jupiter.api.AfterEach;

/** The storage keeps its promises on the embedded store. */
class EmbeddedStorageTest
    implements BadInputContract,
        CallsContract,
        ForeignWriterContract,
        FreshnessContract,
        HistoryContract,
        IndexContract,
        IsolationContract,
        NamespaceContract,
        RangeDeletionContract,
        ReadOnlyContract,
        ResyncContract,
        SerializableContract,
        TimeTravelContract,
        UnknownOutcomeContract,
        VisibilityContract,
        WriteSkewContract {

  private final Nodes nodes = new Nodes(new Embedded());

  @Override
  public Nodes nodes() {
    return nodes;
  }

  @AfterEach
  void close() {
    nodes.close();
  }

  /** One store in memory, which all nodes share. */
  private static final class Embedded implements Nodes.Backend {
    private final EmbeddedKvStore store = EmbeddedKvStore.inMemory();

    @Override
    public KvStore connect() {
      return store;
    }

    @Override
    public String freshNamespace() {
      return "test/";
    }

    @Override
    public void compact(long revision) {
      store.compact(revision);
    }
  }
}
