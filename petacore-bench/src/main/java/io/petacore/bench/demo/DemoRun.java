package io.petacore.bench.demo;

import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.ErrorLine;
import io.petacore.bench.support.dataset.BulkLoad;
import io.petacore.bench.support.dataset.LoadProgress;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Help.Ansi;

/** One run of the demo: loads the catalogue, runs the customers, and checks the accounts. */
final class DemoRun {
  private final DemoPlan plan;
  private final Shop shop;
  private final StoreOptions options;
  private final Namespace namespace;
  private final PrintWriter out;
  private final ClosingReport report;

  DemoRun(
      DemoPlan plan,
      Shop shop,
      StoreOptions options,
      Namespace namespace,
      PrintWriter out,
      Ansi ansi) {
    this.plan = plan;
    this.shop = shop;
    this.options = options;
    this.namespace = namespace;
    this.out = out;
    this.report = new ClosingReport(out, ansi);
  }

  /**
   * Runs the demo.
   *
   * @return whether all checks passed
   */
  boolean run(Stores stores, OpeningHours hours) throws InterruptedException {
    try (Cluster cluster = Cluster.open(plan.nodes(), stores, options, namespace)) {
      load(cluster, stores);
      cluster.awaitReplicated();
      long started = System.nanoTime();
      List<Reservation> ledger = serve(cluster, hours);
      long nanos = System.nanoTime() - started;
      out.println();
      out.println("Closed; checking the accounts of every node.");
      out.println();
      List<Inventory> inventories = cluster.takeInventories();
      report.printOperations(cluster.nodes(), nanos);
      out.println();
      report.printAccounts(shop, inventories);
      out.println();
      return report.printFindings(
          new Audit(shop, ledger, inventories, plan.isolation()).findings());
    } finally {
      out.flush();
    }
  }

  private void load(Cluster cluster, Stores stores) throws InterruptedException {
    BulkLoad load = new BulkLoad(shop.entries());
    load.check(cluster.storages().get(0), "the catalogue");
    try (LoadProgress progress = new LoadProgress(load, out)) {
      load.run(cluster.storages());
      progress.printDone(
          namespace.name().isEmpty() ? stores.name() : namespace + " of " + stores.name());
    }
    out.println();
  }

  /**
   * Runs the customers until the shop closes.
   *
   * @return the reservations of all customers
   */
  private List<Reservation> serve(Cluster cluster, OpeningHours hours) throws InterruptedException {
    Popularity popularity = new Popularity(shop.items().size(), plan.skew(), plan.seed());
    ExecutorService executor = Executors.newFixedThreadPool(plan.nodes() * plan.customers());
    List<Future<List<Reservation>>> visits = new ArrayList<>();
    try (ProgressTable progress = new ProgressTable(cluster.nodes(), out)) {
      progress.printHeader();
      for (Node node : cluster.nodes()) {
        for (int i = 1; i <= plan.customers(); i++) {
          Customer customer =
              new Customer(node, cluster.others(node), i, shop, popularity, plan, hours.closing());
          visits.add(executor.submit(closingOnFailure(customer, hours)));
        }
      }
      hours.await(plan.seconds());
    } finally {
      hours.end();
      executor.shutdown();
    }
    return collect(visits);
  }

  private static Callable<List<Reservation>> closingOnFailure(
      Customer customer, OpeningHours hours) {
    return () -> {
      try {
        return customer.call();
      } catch (Throwable e) {
        hours.end();
        throw e;
      }
    };
  }

  private static List<Reservation> collect(List<Future<List<Reservation>>> visits)
      throws InterruptedException {
    List<Reservation> ledger = new ArrayList<>();
    try {
      for (Future<List<Reservation>> visit : visits) {
        ledger.addAll(visit.get());
      }
    } catch (ExecutionException e) {
      throw new CommandFailedException("a customer failed: " + ErrorLine.of(e), e);
    }
    return ledger;
  }
}
