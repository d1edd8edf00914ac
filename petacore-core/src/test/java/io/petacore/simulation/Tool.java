package io.petacore.simulation;

public final class Tool {
  public static void main(String[] a) {
    long from = Long.parseLong(a[0]);
    int n = Integer.parseInt(a[1]);
    boolean told = a.length > 2 && a[2].equals("t");
    int stopAfter = a.length > 2 && !told ? Integer.parseInt(a[2]) : 5;
    java.util.Map<String, Long> counts = new java.util.TreeMap<>();
    java.util.Map<Fault, Integer> faults = new java.util.TreeMap<>();
    long t0 = System.nanoTime();
    int bad = 0, i = 0;
    for (; i < n && bad < stopAfter; i++) {
      Result r = Simulation.run(from + i, told);
      r.counts().forEach((k, v) -> counts.merge(k, v, Long::sum));
      r.faults().forEach((k, v) -> faults.merge(k, v, Integer::sum));
      if (!r.isRight()) {
        bad++;
        System.out.println("seed " + r.seed() + " hash " + r.hash() + ": " + r.violations().size());
        for (int j = 0; j < Math.min(n == 1 ? 20 : 3, r.violations().size()); j++) {
          System.out.println("   " + r.violations().get(j).getMessage());
          if (r.violations().get(j).getCause() != null && (n == 1 || j == 0)) {
            java.io.StringWriter w = new java.io.StringWriter();
            r.violations().get(j).getCause().printStackTrace(new java.io.PrintWriter(w));
            System.out.println(
                w.toString()
                    .lines()
                    .limit(n == 1 ? 40 : 12)
                    .collect(java.util.stream.Collectors.joining("\n")));
          }
        }
      }
      if (n == 1) System.out.println("hash " + r.hash());
    }
    double s = (System.nanoTime() - t0) / 1e9;
    System.out.println(i + " runs, " + s + " s, " + (i / s * 60) + " runs/min, bad " + bad);
    System.out.println(counts);
    System.out.println(faults);
    System.exit(0);
  }
}
