package io.petacore.history;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the shortest cycles of a graph, one in each component: by breadth-first search from the
 * head of an edge that is to be on the cycle back to its tail, for every such edge of the
 * component.
 *
 * <p>An edge within a transaction is no step. There is one at most at a vertex, and it is the
 * first.
 *
 * <p>A component of a history that is badly broken can be the whole of it. Then only so many edges
 * are tried: the cycle is short all the same, if perhaps not the shortest.
 */
final class CycleSearch {

  private static final int MAX_TRIES = 500;

  private final Digraph graph;
  private final Components components;

  /** By state: a vertex, and whether a second edge of the wanted kinds was passed on the way. */
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
   * The shortest cycle of each component, as edges; those within one transaction are left out.
   *
   * @param wanted the kinds of which an edge must be on the cycle
   * @param others the kinds of the other edges
   * @param twice whether two edges must be of the wanted kinds
   * @param without numbers of components in which not to search
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
        return way(edge, state);
      }
      int vertex = state / 2;
      for (int place = graph.first(vertex); place < graph.first(vertex + 1); place++) {
        int next = graph.edgeAt(place);
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

  private int[] way(int edge, int goal) {
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
