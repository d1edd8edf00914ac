package io.petacore.store;

import static io.petacore.store.StoreUnderTest.batch;
import static io.petacore.store.StoreUnderTest.group;
import static io.petacore.testing.Answers.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Batches that {@link KvStore#commit} refuses whatever the contents of the store. */
interface LimitsContract {

  StoreUnderTest under();

  @Test
  default void twoPutsOfAKeyAreRefused() throws Exception {
    List<Guard> no = List.of(under().fails());
    for (Batch batch :
        List.of(
            batch(under().put("k", "1"), under().put("k", "2")),
            batch(under().put("k", "1"), group(List.of(), under().put("k", "2"))),
            batch(group(List.of(), under().put("k", "1")), under().put("k", "2")),
            batch(group(List.of(), under().put("k", "1")), group(List.of(), under().put("k", "2"))),
            batch(group(no, under().put("k", "1")), group(no, under().put("k", "2"))))) {
      assertRefused(batch);
    }
  }

  @Test
  default void anEmptyKeyIsRefused() throws Exception {
    assertRefused(batch(under().put("k", "v"), new Operation.Put(Bytes.EMPTY, Bytes.EMPTY)));
    assertRefused(batch(under().put("k", "v"), new Operation.Delete(Bytes.EMPTY)));
    assertRefused(
        new Batch(
            List.of(new Guard.OfKey(Bytes.EMPTY, 0)), List.of(under().put("k", "v")), List.of()));
  }

  @Test
  default void oneLevelTakesOperationsUpToTheLimit() throws Exception {
    int max = under().store().limits().maxOperations();
    assertAccepted(batch(puts("a", max)));
    assertRefused(batch(puts("b", max + 1)));
  }

  @Test
  default void oneLevelTakesGuardsUpToTheLimit() throws Exception {
    int max = under().store().limits().maxOperations();
    List<Operation> put = List.of(under().put("k", "v"));
    assertAccepted(new Batch(guards(max), put, List.of()));
    assertRefused(new Batch(guards(max + 1), put, List.of()));
  }

  @Test
  default void oneLevelTakesReadsUpToTheLimit() throws Exception {
    int max = under().store().limits().maxOperations();
    List<Operation> put = List.of(under().put("k", "v"));
    assertAccepted(new Batch(List.of(), put, Collections.nCopies(max, under().key("r"))));
    assertRefused(new Batch(List.of(), put, Collections.nCopies(max + 1, under().key("r"))));
  }

  /** The greater count of each level is summed along the deepest path. */
  @Test
  default void levelsShareTheLimit() throws Exception {
    int max = under().store().limits().maxOperations();
    int outer = max / 2;
    int inner = max - outer;
    for (int excess = 0; excess <= 1; excess++) {
      String name = "excess-" + excess + "-";
      Operation[] beside = puts(name + "o", outer);
      beside[0] = group(List.of(), puts(name + "i", inner + excess));
      judge(excess, batch(beside));

      Operation[] guarded = puts(name + "p", outer);
      guarded[0] = group(guards(inner + excess), under().put(name + "g", "v"));
      judge(excess, batch(guarded));

      Operation[] chain = puts(name + "q", outer);
      chain[0] = group(List.of(), group(guards(2), puts(name + "r", inner - 1 + excess)));
      judge(excess, batch(chain));

      Operation[] siblings = puts(name + "s", outer);
      siblings[0] = group(List.of(), puts(name + "t", inner));
      siblings[1] = group(List.of(), puts(name + "u", inner + excess));
      judge(excess, batch(siblings));

      judge(
          excess,
          new Batch(
              guards(outer),
              List.of(group(List.of(), puts(name + "v", inner + excess))),
              List.of()));
    }
  }

  private void judge(int excess, Batch batch) throws Exception {
    if (excess == 0) {
      assertAccepted(batch);
    } else {
      assertRefused(batch);
    }
  }

  @Test
  default void aRequestOverTheSizeIsRefused() throws Exception {
    int max = under().store().limits().maxRequestBytes();
    assertAccepted(batch(new Operation.Put(under().key("k"), Bytes.of(new byte[max - 8192]))));
    assertRefused(batch(new Operation.Put(under().key("k"), Bytes.of(new byte[max + 1]))));
    Bytes half = Bytes.of(new byte[max / 2 + 1]);
    assertRefused(
        batch(
            new Operation.Put(under().key("a"), half),
            group(List.of(under().fails()), new Operation.Put(under().key("b"), half))));
  }

  private Operation[] puts(String name, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> under().put(name + i, ""))
        .toArray(Operation[]::new);
  }

  private List<Guard> guards(int count) {
    return Collections.nCopies(count, under().holds());
  }

  private void assertAccepted(Batch batch) throws Exception {
    assertTrue(under().commit(batch).applied());
  }

  private void assertRefused(Batch batch) throws Exception {
    List<KeyValue> before = under().entries();
    assertFails(StoreException.Kind.REJECTED, under().store().commit(batch));
    assertEquals(before, under().entries(), "nothing is written");
  }
}
