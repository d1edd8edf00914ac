package io.petacore.examples.booking;

import io.petacore.testkit.PetaCoreTest;

/** On the store in memory. */
@PetaCoreTest(nodes = 3, settings = BoxOfficeContract.Settings.class)
class BoxOfficeTest extends BoxOfficeContract {}
