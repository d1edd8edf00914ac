package io.petacore.examples.booking;

import io.petacore.testkit.PetaCoreTest;
import io.petacore.testkit.TestStore;

/** On etcd. */
@PetaCoreTest(nodes = 3, settings = BoxOfficeContract.Settings.class, store = TestStore.ETCD)
class BoxOfficeOnEtcdTest extends BoxOfficeContract {}
