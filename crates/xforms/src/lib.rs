//! Reads XForms, submissions and entity declarations; opens ODK encrypted submissions.
