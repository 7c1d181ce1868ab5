//! What the controller says: catalogues, recorded prompts, spoken numbers
