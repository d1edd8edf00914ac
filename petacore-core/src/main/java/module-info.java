/** An embeddable key space in memory, with transactions that a store makes durable and orders. */
module io.petacore.core {
  requires jdk.jfr;
  requires org.slf4j;
  requires static com.google.errorprone.annotations;
  requires static transitive org.jspecify;

  exports io.petacore;
  exports io.petacore.clock;
  exports io.petacore.data;
  exports io.petacore.error;
  exports io.petacore.keyspace;
  exports io.petacore.metrics;
  exports io.petacore.store;
  exports io.petacore.store.embedded;
  exports io.petacore.subscription;
  exports io.petacore.transaction;
}
