package io.petacore.history;

import static io.petacore.history.Histories.txn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.transaction.IsolationLevel;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories are written in the format of Elle, and read back unchanged. */
class EdnHistoryTest {

  private static String write(History history) throws IOException {
    StringBuilder text = new StringBuilder();
    EdnHistory.write(history, text);
    return text.toString();
  }

  /** Byte for byte, since other programs read it. */
  @Test
  void theFormatIsThatOfElle() throws IOException {
    HistoryRecorder recorder = new HistoryRecorder(() -> 7);
    HistoryRecorder.Client client = recorder.client("n1", "main");
    Recording first = client.invoke(IsolationLevel.SNAPSHOT);
    first.note(new MicroOp.Append("x", 1));
    first.note(new MicroOp.ListRead("y", List.of(2L, 3L)));
    first.ok();
    Recording second = client.invoke(IsolationLevel.READ_COMMITTED);
    second.note(new MicroOp.Write("z", 4));
    second.note(new MicroOp.RegisterRead("z", 4L));
    second.unknown();
    client.invoke(IsolationLevel.SNAPSHOT).fail();
    assertEquals(
        """
        {:index 0, :type :invoke, :process 0, :time 7, :f :txn, :value [[:append "x" 1] [:r "y" nil]], :isolation :snapshot, :node "n1", :thread "main"}
        {:index 1, :type :ok, :process 0, :time 7, :f :txn, :value [[:append "x" 1] [:r "y" [2 3]]], :isolation :snapshot, :node "n1", :thread "main"}
        {:index 2, :type :invoke, :process 0, :time 7, :f :txn, :value [[:w "z" 4] [:r "z" nil]], :isolation :read-committed, :node "n1", :thread "main"}
        {:index 3, :type :info, :process 0, :time 7, :f :txn, :value [[:w "z" 4] [:r "z" nil]], :isolation :read-committed, :node "n1", :thread "main"}
        {:index 4, :type :invoke, :process 1, :time 7, :f :txn, :value [], :isolation :snapshot, :node "n1", :thread "main"}
        {:index 5, :type :fail, :process 1, :time 7, :f :txn, :value [], :isolation :snapshot, :node "n1", :thread "main"}
        """,
        write(recorder.history()));
  }

  /** A range is the reads of its keys, as Elle has no ranges; deletes are ours. */
  @Test
  void rangesAndDeletesAreWritten() throws IOException {
    History history =
        new Histories()
            .then(
                txn()
                    .delete("b", 1)
                    .registers("a", "d", txn().read("c", 2))
                    .write("e", 3)
                    .serializable(),
                txn().write("c", 2).fails())
            .history();
    assertEquals(
        """
        {:index 0, :type :invoke, :process 0, :time 0, :f :txn, :value [[:d "b" 1] [:r "b" nil] [:r "c" nil] [:w "e" 3]], :ranges [[1 2 "a" "d"]], :isolation :serializable, :node "n1", :thread "main"}
        {:index 1, :type :ok, :process 0, :time 1, :f :txn, :value [[:d "b" 1] [:r "b" nil] [:r "c" 2] [:w "e" 3]], :ranges [[1 2 "a" "d"]], :isolation :serializable, :node "n1", :thread "main"}
        {:index 2, :type :invoke, :process 1, :time 2, :f :txn, :value [[:w "c" 2]], :isolation :snapshot, :node "n1", :thread "main"}
        {:index 3, :type :fail, :process 1, :time 3, :f :txn, :value [[:w "c" 2]], :isolation :snapshot, :node "n1", :thread "main"}
        """,
        write(history));
  }

  @Test
  void aHistoryIsReadBackUnchanged() throws IOException {
    History history =
        new Histories()
            .together(
                txn().append("x", 1).append("x", -2).append("y", 3),
                txn().list("x").on("n2").readCommitted(),
                txn().append("x", 4).fails())
            .then(txn().list("x", 1L, -2L).list("y", 3L), txn().list("never written"))
            .together(txn().absent("r").write("r", Long.MAX_VALUE), txn().write("s", 5).unknown())
            .then(txn().read("r", Long.MAX_VALUE))
            .then(
                txn()
                    .registers("r", "t", txn().read("r", Long.MAX_VALUE))
                    .delete("r", 6)
                    .lists("x", "z", txn().list("x", 1L, -2L).list("y", 3L))
                    .registers("a", "b", txn())
                    .serializable(),
                txn().absent("r"))
            .history();
    assertEquals(history, EdnHistory.read(write(history)));
    assertEquals(history, EdnHistory.read("[" + write(history) + "]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\"",
        "\\",
        "\\\"",
        "a\"b\\c\nd\re\tf",
        "\b\f\0\u007f\u0085",
        "[:r 1 nil]",
        "; {",
        "#",
        ":key",
        "12",
        "nil",
        "Lämpchen",
        "\u2028",
        "\ud83d\ude80"
      })
  void anyKeyIsReadBack(String key) throws IOException {
    History history = new Histories().then(txn().append(key, 1), txn().list(key, 1L)).history();
    assertEquals(history, EdnHistory.read(write(history)), () -> "key " + key);
  }

  /** In the syntax of Jepsen, with other keys, tags, commas and comments. */
  @Test
  void foreignHistoriesAreRead() {
    History history =
        EdnHistory.read(
            """
            ; a comment
            #jepsen.history.Op{:index 0 :time 5 :type :invoke :process 3 :f :txn,
              :value [[:append 9 1] [:r :k nil]]}
            {:type :ok, :f :txn, :value ([:append 9 1] [:r :k [2]]), :time 6N, :process 3, :rate 0.5}
            {:type :invoke, :f :txn, :value [[:append :k 7]], :time 8, :process 3 :error nil}
            """);
    assertEquals(2, history.txns().size());
    Txn first = history.txns().get(0);
    assertEquals(
        List.of(new MicroOp.Append("9", 1), new MicroOp.ListRead(":k", List.of(2L))), first.ops());
    assertEquals("process 3", first.node());
    assertEquals(Outcome.UNKNOWN, history.txns().get(1).outcome());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "}",
        "[}",
        "{:a}",
        "\"",
        "\"\\q\"",
        "\"\\u12\"",
        "1",
        "{:type :ok, :process 1, :time 1, :value []}",
        "{:type :invoke, :process 1.5, :time 1, :value []}",
        "{:type :invoke, :process 1, :time 1, :value nil}",
        "{:type :invoke, :process 1, :time 1, :value [], :ranges [[0 1 1 2]]}",
        "{:type :invoke, :process 1, :time 1, :value [[:w 1 1]], :ranges [[0 1 1 2]]}"
      })
  void malformedHistoriesAreRejected(String text) {
    assertThrows(IllegalArgumentException.class, () -> EdnHistory.read(text));
  }
}
