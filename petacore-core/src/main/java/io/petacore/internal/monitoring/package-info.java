/**
 * What the parts of a storage report to operations: JFR events, and the application's recorders.
 */
@NullMarked
package io.petacore.internal.monitoring;

import org.jspecify.annotations.NullMarked;
