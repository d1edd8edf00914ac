package io.petacore.history;

import java.util.Arrays;

/**
 * The strongly connected components of a graph, by Tarjan's algorithm ("Depth-first search and
 * linear graph algorithms", 1972), with an explicit stack instead of recursion: chains of 100,000
 * transactions are common. Every cycle lies within one component.
 */
final class Components {

  private final int[] component;
  private final int[] sizes;

  /** Computes the components of the subgraph with edges of the given kinds. */
  Components(Digraph graph, int kinds) {
    int n = graph.vertices();
    component = new int[n];
    Arrays.fill(component, -1);
    int[] sizesSoFar = new int[n];
    int[] index = new int[n]; // 0: not visited
    int[] low = new int[n];
    int[] nextEdge = new int[n]; // the next edge to follow
    int[] open = new int[n]; // visited, component unknown
    int[] path = new int[n];
    int opened = 0;
    int count = 0;
    int visited = 0;
    for (int root = 0; root < n; root++) {
      if (index[root] != 0) {
        continue;
      }
      int depth = 0;
      path[depth] = root;
      while (depth >= 0) {
        int v = path[depth];
        if (index[v] == 0) {
          index[v] = ++visited;
          low[v] = visited;
          nextEdge[v] = graph.first(v);
          open[opened++] = v;
        }
        if (nextEdge[v] < graph.first(v + 1)) {
          int edge = graph.edgeAt(nextEdge[v]++);
          int w = graph.head(edge);
          if (!graph.is(edge, kinds) || component[w] >= 0) {
            continue;
          }
          if (index[w] == 0) {
            path[++depth] = w;
          } else {
            low[v] = Math.min(low[v], index[w]);
          }
          continue;
        }
        if (low[v] == index[v]) {
          int w;
          do {
            w = open[--opened];
            component[w] = count;
            sizesSoFar[count]++;
          } while (w != v);
          count++;
        }
        depth--;
        if (depth >= 0) {
          low[path[depth]] = Math.min(low[path[depth]], low[v]);
        }
      }
    }
    sizes = Arrays.copyOf(sizesSoFar, count);
  }

  /** Returns the component of a vertex. */
  int of(int vertex) {
    return component[vertex];
  }

  int count() {
    return sizes.length;
  }

  /**
   * Returns whether both ends of an edge lie in the same component, so that the edge is on a cycle.
   */
  boolean contain(Digraph graph, int edge) {
    return component[graph.tail(edge)] == component[graph.head(edge)];
  }

  /** Returns whether there is a cycle, not counting edges from a vertex to itself. */
  boolean anyCycle() {
    return Arrays.stream(sizes).anyMatch(size -> size > 1);
  }
}
