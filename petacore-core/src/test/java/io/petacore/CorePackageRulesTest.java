package io.petacore;

import io.petacore.testing.PackageRules;

/** The package table, with the packages of this module on the class path. */
class CorePackageRulesTest extends PackageRules {}
