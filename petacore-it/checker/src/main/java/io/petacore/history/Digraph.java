package io.petacore.history;

import java.util.Arrays;

/** A directed graph with labelled edges, stored in arrays: the edges of a vertex are contiguous. */
final class Digraph {

  /** Collects edges in any order. */
  static final class Builder {
    private int[] tails = new int[1024];
    private int[] heads = new int[1024];
    private Kind[] kinds = new Kind[1024];
    private int count;

    /** Adds an edge and returns its index; indexes count up from 0. */
    int add(int tail, int head, Kind kind) {
      if (count == tails.length) {
        tails = Arrays.copyOf(tails, 2 * count);
        heads = Arrays.copyOf(heads, 2 * count);
        kinds = Arrays.copyOf(kinds, 2 * count);
      }
      tails[count] = tail;
      heads[count] = head;
      kinds[count] = kind;
      return count++;
    }

    Digraph build(int vertices) {
      return new Digraph(
          vertices,
          Arrays.copyOf(tails, count),
          Arrays.copyOf(heads, count),
          Arrays.copyOf(kinds, count));
    }
  }

  private final int[] tails;
  private final int[] heads;
  private final Kind[] kinds;

  /** The edges by their tails: those of vertex v from first[v] up to first[v + 1]. */
  private final int[] byTail;

  private final int[] first;

  private Digraph(int vertices, int[] tails, int[] heads, Kind[] kinds) {
    this.tails = tails;
    this.heads = heads;
    this.kinds = kinds;
    first = new int[vertices + 1];
    for (int tail : tails) {
      first[tail + 1]++;
    }
    for (int v = 0; v < vertices; v++) {
      first[v + 1] += first[v];
    }
    byTail = new int[tails.length];
    int[] next = first.clone();
    for (int edge = 0; edge < tails.length; edge++) {
      byTail[next[tails[edge]]++] = edge;
    }
  }

  int vertices() {
    return first.length - 1;
  }

  int edges() {
    return tails.length;
  }

  int tail(int edge) {
    return tails[edge];
  }

  int head(int edge) {
    return heads[edge];
  }

  Kind kind(int edge) {
    return kinds[edge];
  }

  /** Returns whether an edge is of one of the kinds. */
  boolean is(int edge, int kindBits) {
    return (kinds[edge].bit() & kindBits) != 0;
  }

  /**
   * Returns the position of the first edge of a vertex; its edges end at the first edge of the next
   * vertex.
   */
  int first(int vertex) {
    return first[vertex];
  }

  /** Returns the edge at a position. */
  int edgeAt(int position) {
    return byTail[position];
  }
}
