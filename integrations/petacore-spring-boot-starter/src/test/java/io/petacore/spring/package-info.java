@NullMarked
package io.petacore.spring;

import org.jspecify.annotations.NullMarked;
