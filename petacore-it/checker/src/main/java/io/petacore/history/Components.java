package io.petacore.history;

import java.util.Arrays;

/**
 * The strongly connected components of a graph, by Tarjan's algorithm ("Depth-first search and
 * linear graph algorithms", 1972), with a stack of its own in place of recursion: chains of a
 * hundred thousand transactions are usual. Every cycle lies within one component.
 */
final class Components {

  private final int[] component;
  private final int[] sizes;

  /** Of the edges of some kinds only. */
  Components(Digraph graph, int kinds) {
    int n = graph.vertices();
    component = new int[n];
    Arrays.fill(component, -1);
    int[] sizesSoFar = new int[n];
    int[] index = new int[n]; // 0: not visited
    int[] low = new int[n];
    int[] place = new int[n]; // the next edge to follow
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
          place[v] = graph.first(v);
          open[opened++] = v;
        }
        if (place[v] < graph.first(v + 1)) {
          int edge = graph.edgeAt(place[v]++);
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

  /** The component of a vertex. */
  int of(int vertex) {
    return component[vertex];
  }

  int count() {
    return sizes.length;
  }

  /** Whether an edge lies within a component, and so on a cycle. */
  boolean contain(Digraph graph, int edge) {
    return component[graph.tail(edge)] == component[graph.head(edge)];
  }

  /** Whether there is any cycle, other than an edge from a vertex to itself. */
  boolean anyCycle() {
    return Arrays.stream(sizes).anyMatch(size -> size > 1);
  }
}
