"""How writes over REST behave, whatever is written: identifiers, conditions, patches, deletions, bundles."""
