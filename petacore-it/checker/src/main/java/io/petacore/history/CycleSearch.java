package io.petacore.history;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the shortest cycle of each component of a graph: a breadth-first search from the head of
 * each wanted edge back to its tail.
 *
 * <p>An edge within a transaction has length zero. A vertex has at most one such edge, and it is
 * the first.
 *
 * <p>In a badly broken history one component may contain everything. The number of edges tried is
 * therefore bounded; the cycle found is short, but not always the shortest.
 */
final class CycleSearch {

  private static final int MAX_TRIES = 500;

  private final Digraph graph;
  private final Components components;

  /** Indexed by state: a vertex, and whether the path has a second edge of the wanted kinds. */
  private final int[] reachedBy;

  private final int[] reachedFrom;
  private final int[] seenInTry;
  private final int[] queue;
  private int tries;

  CycleSearch(Digraph graph, Components components) {
    this.graph = graph;
    this.components = components;
    int states = 2 * graph.vertices();
    reachedBy = new int[states];
    reachedFrom = new int[states];
    seenInTry = new int[states];
    queue = new int[states];
  }

  /**
   * Returns the shortest cycle of each component, as edges without those within one transaction.
   *
   * @param wanted the kinds of which the cycle must have an edge
   * @param others the kinds of the other edges
   * @param twice whether the cycle must have two edges of the wanted kinds
   * @param without the components not to search
   */
  List<int[]> shortest(int wanted, int others, boolean twice, BitSet without) {
    Map<Integer, int[]> best = new TreeMap<>();
    int[] triesOf = new int[components.count()];
    for (int edge = 0; edge < graph.edges(); edge++) {
      int component = components.of(graph.tail(edge));
      if (graph.is(edge, wanted)
          && components.contain(graph, edge)
          && !without.get(component)
          && triesOf[component]++ < MAX_TRIES) {
        int[] cycle = through(edge, wanted, others, twice);
        if (cycle != null) {
          best.merge(component, cycle, (a, b) -> b.length < a.length ? b : a);
        }
      }
    }
    return List.copyOf(best.values());
  }

  private int @Nullable [] through(int edge, int wanted, int others, boolean twice) {
    tries++;
    int goal = 2 * graph.tail(edge) + (twice ? 1 : 0);
    int read = 0;
    int written = reach(2 * graph.head(edge), -1, -1, 0);
    while (read < written) {
      int state = queue[read++];
      if (state == goal) {
        return path(edge, state);
      }
      int vertex = state / 2;
      for (int position = graph.first(vertex); position < graph.first(vertex + 1); position++) {
        int next = graph.edgeAt(position);
        if (graph.is(next, others) && components.contain(graph, next)) {
          boolean second = twice && (state % 2 == 1 || graph.is(next, wanted));
          written = reach(2 * graph.head(next) + (second ? 1 : 0), state, next, written);
        }
      }
    }
    return null;
  }

  private int reach(int state, int from, int by, int written) {
    if (seenInTry[state] == tries) {
      return written;
    }
    seenInTry[state] = tries;
    reachedFrom[state] = from;
    reachedBy[state] = by;
    queue[written] = state;
    int vertex = state / 2;
    int first = graph.first(vertex);
    if (first < graph.first(vertex + 1) && graph.kind(graph.edgeAt(first)) == Kind.WITHIN) {
      int within = graph.edgeAt(first); // no step: the same transaction, at once
      return reach(2 * graph.head(within) + state % 2, state, within, written + 1);
    }
    return written + 1;
  }

  private int[] path(int edge, int goal) {
    int[] edges = new int[16];
    int length = 0;
    for (int state = goal; reachedFrom[state] >= 0; state = reachedFrom[state]) {
      if (graph.kind(reachedBy[state]) != Kind.WITHIN) {
        if (length == edges.length) {
          edges = Arrays.copyOf(edges, 2 * length);
        }
        edges[length++] = reachedBy[state];
      }
    }
    int[] cycle = new int[length + 1];
    cycle[0] = edge;
    for (int i = 0; i < length; i++) {
      cycle[i + 1] = edges[length - 1 - i];
    }
    return cycle;
  }
}
