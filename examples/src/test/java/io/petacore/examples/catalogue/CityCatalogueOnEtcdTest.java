package io.petacore.examples.catalogue;

import io.petacore.testkit.PetaCoreTest;
import io.petacore.testkit.TestStore;

/** On etcd. */
@PetaCoreTest(nodes = 2, store = TestStore.ETCD, settings = CityCatalogueContract.Indexes.class)
class CityCatalogueOnEtcdTest extends CityCatalogueContract {}
