package io.petacore.examples.catalogue;

import io.petacore.testkit.PetaCoreTest;

/** On the store in memory. */
@PetaCoreTest(nodes = 2, settings = CityCatalogueContract.Indexes.class)
class CityCatalogueTest extends CityCatalogueContract {}
