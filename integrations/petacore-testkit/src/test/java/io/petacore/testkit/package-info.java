@NullMarked
package io.petacore.testkit;

import org.jspecify.annotations.NullMarked;
