"""The citizen's pages: hers, and her relatives' where they may act for her. Composes the subjects, owns no tables."""
