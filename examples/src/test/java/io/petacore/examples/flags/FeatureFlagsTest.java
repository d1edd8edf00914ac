package io.petacore.examples.flags;

import io.petacore.testkit.PetaCoreTest;

/** On the store in memory. */
@PetaCoreTest(nodes = 2)
class FeatureFlagsTest extends FeatureFlagsContract {}
