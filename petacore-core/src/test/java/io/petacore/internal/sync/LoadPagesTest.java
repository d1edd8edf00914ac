package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.StateLoader.FIRST_PAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.mvcc.Change;
import io.petacore.store.Operation;
import io.petacore.store.StoreException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The pages of a load: how large they are, what range they cover, and when they are requested. */
class LoadPagesTest extends StateLoaderFixture {

  @Test
  void pagesGrowGradually() {
    fill(10_000);
    load().join();
    assertEquals(List.of(300, 9_000, 50_000), limits());
  }

  @Test
  void pagesHaveAnUpperBound() {
    store.limitPages(9_000); // 30 times as many is above the bound
    fill(20_000);
    load().join();
    assertEquals(List.of(300, 9_000, 50_000, 50_000), limits());
  }

  /** Fails if every request covers the rest of the namespace, which is then counted each time. */
  @Test
  void rangesAreShortIfTheStoreCounts() {
    store.countBeyondPages();
    fill(2_000);
    List<Long> expected = new ArrayList<>();
    LoadSink sink =
        new LoadSink() {
          @Override
          public void begin() {}

          @Override
          public void expect(long entries) {
            expected.add(entries);
          }

          @Override
          public void add(Change change) {
            present.add(change);
          }
        };
    CompletableFuture<LoadedState> loading = loader.load(sink);
    scheduler.runDue();
    loading.join();
    assertEquals(firstKeys(2_000), keys());
    assertEquals(
        2_000, expected.get(0), "the count of the whole namespace, to reserve capacity once");
    KeyRange whole = Node.NAMESPACE.range();
    assertEquals(whole, store.ranges().get(0).range());
    Bytes end = store.ranges().get(1).range().to();
    assertEquals(Bytes.utf8("n/key-001"), end, "behind those with what 150 to 299 have in common");
  }

  @Test
  void largeValuesMakeSmallPages() {
    String large = "x".repeat(1 << 19);
    Operation[] all = new Operation[330];
    for (int i = 0; i < all.length; i++) {
      all[i] = put(key(i), large);
    }
    store.change(all);
    load().join();
    assertEquals(firstKeys(330), keys());
    assertEquals(300, limits().get(0));
    assertEquals(15, limits().get(1), "8 MiB of entries of 512 KiB and a little");
  }

  @Test
  void theStoreMayReturnSmallerPagesThanRequested() {
    fill(50);
    store.limitPages(1);
    load().join();
    assertEquals(firstKeys(50), keys());
  }

  @Test
  void aPageThatIsTooLargeIsRequestedInSmallerParts() {
    fill(1_000);
    store.failNext(Kind.TOO_LARGE, Kind.TOO_LARGE);
    load().join();
    assertEquals(firstKeys(1_000), keys());
    assertEquals(List.of(300, 10, 1, 30, 900, 27_000), limits());
  }

  /** Fails if the store is idle while a page is processed. */
  @Test
  void theNextPageIsRequestedBeforeTheCurrentOneIsProcessed() {
    fill(20_000);
    store.limitPages(10_000);
    List<Integer> askedWhenTaken = new ArrayList<>();
    LoadSink sink =
        new LoadSink() {
          @Override
          public void begin() {}

          @Override
          public void add(Change present) {
            askedWhenTaken.add(store.ranges().size());
          }
        };
    CompletableFuture<LoadedState> loading = loader.load(sink);
    scheduler.runDue();
    loading.join();
    assertEquals(20_000, askedWhenTaken.size());
    assertEquals(2, askedWhenTaken.get(0), "at the first key of the first page");
    assertEquals(3, askedWhenTaken.get(FIRST_PAGE), "at the first key of the second page");
    assertEquals(4, askedWhenTaken.get(19_999), "at the last key there is no more to ask for");
  }
}
