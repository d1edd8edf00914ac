/** What tests of every module share: waiting on conditions, and stores that a test can steer. */
@NullMarked
package io.petacore.testing;

import org.jspecify.annotations.NullMarked;
