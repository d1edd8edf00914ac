package io.petacore.examples.flags;

import io.petacore.testkit.PetaCoreTest;
import io.petacore.testkit.TestStore;

/** On etcd. */
@PetaCoreTest(nodes = 2, store = TestStore.ETCD)
class FeatureFlagsOnEtcdTest extends FeatureFlagsContract {}
