"""What all pages share: layout, macros, assets, Italian formats, form tokens."""
