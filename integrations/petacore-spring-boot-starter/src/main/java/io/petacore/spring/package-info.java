/**
 * Storages of PetaCore in a Spring Boot application: beans by properties, health and readiness,
 * shutdown.
 */
@NullMarked
package io.petacore.spring;

import org.jspecify.annotations.NullMarked;
