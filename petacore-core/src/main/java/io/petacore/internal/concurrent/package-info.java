/**
 * Time as the engine sees it: who runs a task when, deadlines, backoff. A simulation gives its own.
 */
@NullMarked
package io.petacore.internal.concurrent;

import org.jspecify.annotations.NullMarked;
