"""Show: values as a notebook shows them: text, tables, MIME bundles, completions."""
