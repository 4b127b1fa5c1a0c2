"""The Terms, the legal notice, the technical report: versions nobody can rewrite, and who accepted which."""
